from django.urls import path

from omnistore.urls import urlpatterns as ours
from tests.bench import bare

urlpatterns = [path("bench/bare/", bare.write), *ours]
