"""What a fork server of tests dies of as it imports it, as one dies that is killed for want of memory."""

import os

os._exit(1)
