from django.urls import path

from omnistore.urls import urlpatterns as ours
from tests.bench import bare

urlpatterns = [
    path("bench/bare/", bare.write),
    path("bench/form/", bare.form, name="bench_form"),
    path("bench/page/", bare.page, name="bench_page"),
    *ours,
]
