"""What can be measured of the site while it runs: requests, work, money, servers (R-111, R-113)."""
