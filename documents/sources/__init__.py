"""Where sources come from and how they are named: search services, merging, citation keys, CSL-JSON (R-95, R-96)."""
