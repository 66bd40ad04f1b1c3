from django.urls import path

from omnistore.crm import views

app_name = "crm"
urlpatterns = [
    path("crm/<slug:kind>/<int:connection_id>/", views.hear, name="hear"),
]
