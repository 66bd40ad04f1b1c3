"""omnistore's settings on a disk that may be small (`CHAOS_MAX_PAGES`, SQLite's pages)."""

import os

from omnistore.settings import *  # noqa: F403
from omnistore.settings import DATABASES, IS_SQLITE

if IS_SQLITE and (pages := os.environ.get("CHAOS_MAX_PAGES")):
    DATABASES["default"]["OPTIONS"]["init_command"] += f" PRAGMA max_page_count={int(pages)};"
