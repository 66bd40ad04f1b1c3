"""omnistore's settings, served as in production, with the bare views and what requests write."""

import os
from pathlib import Path

from omnistore.settings import *  # noqa: F403
from omnistore.settings import MIDDLEWARE as OURS
from omnistore.settings import STORAGES as KEPT_IN

ROOT_URLCONF = "tests.bench.urls"
MIDDLEWARE = ["tests.bench.bare.count", *OURS]
STATIC_ROOT = Path(os.environ["BENCH_STATIC"])
WHITENOISE_USE_FINDERS = False
STORAGES = KEPT_IN | {"staticfiles": {"BACKEND": "omnistore.assets.CollectedStorage"}}
