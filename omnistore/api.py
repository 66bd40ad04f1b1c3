"""The API's router: each app registers its own viewsets here, and nothing else happens."""

from rest_framework.routers import DefaultRouter

router = DefaultRouter()
