from django.urls import path

from omnistore.demo import views

app_name = "demo"
urlpatterns = [
    path("codes/", views.codes_to_scan, name="codes"),
    path("crm/", views.crm, name="crm"),
    path("crm/mood", views.mood, name="mood"),
    path("crm/inbox", views.receive, name="inbox"),
]
