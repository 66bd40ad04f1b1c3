from django.urls import path

from omnistore.demo import views

app_name = "demo"
urlpatterns = [
    path("crm/", views.crm, name="crm"),
    path("crm/mood", views.mood, name="mood"),
    path("crm/inbox", views.receive, name="inbox"),
]
