"""omnistore's settings, with the bare view beside its own and the writes of a request counted."""

from omnistore.settings import *  # noqa: F403
from omnistore.settings import MIDDLEWARE as OURS

ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = ["tests.bench.bare.count", *OURS]
