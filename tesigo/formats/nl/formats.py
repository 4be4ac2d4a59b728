"""Dutch as Django has it, with the zone: the administration shows UTC and says so."""

DATETIME_FORMAT = "j F Y, H:i e"
SHORT_DATETIME_FORMAT = "j-n-Y, H:i e"
