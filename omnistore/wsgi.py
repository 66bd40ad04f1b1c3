import os

from django.core.wsgi import get_wsgi_application

from omnistore import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")

application = get_wsgi_application()
garbage.collect_less_often()
