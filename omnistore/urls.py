from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# The API gets problems, people get the pages 400.html to 500.html.
handler400 = "omnistore.problems.bad_request"
handler403 = "omnistore.problems.forbidden"
handler404 = "omnistore.problems.not_found"
handler500 = "omnistore.problems.broken"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("omnistore.api")),
    path("", include("omnistore.crm.urls")),
    path("pass/", include("omnistore.passes.urls")),
    path("", include("stores.urls")),
    path("", include("customers.urls")),
    path("", include("orders.urls")),
    path("", include("omnistore.phone.urls")),
    path("", include("omnistore.counter.urls")),
]

if settings.ENV != "production":
    urlpatterns.append(path("demo/", include("omnistore.demo.urls")))
