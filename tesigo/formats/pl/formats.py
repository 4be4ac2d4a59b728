"""Polish as Django has it, with the zone: the administration shows UTC and says so."""

DATETIME_FORMAT = "j E Y, H:i e"
SHORT_DATETIME_FORMAT = "d-m-Y, H:i e"
