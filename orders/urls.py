from django.urls import path

from orders import views

app_name = "orders"
urlpatterns = [
    path("orders/<uuid:order_id>/return/", views.start, name="return_start"),
    path("returns/<uuid:return_id>/", views.show, name="return"),
    path("returns/<uuid:return_id>/rest/", views.rest, name="return_rest"),
    path("returns/<uuid:return_id>/choices/", views.choose, name="return_choose"),
    path("returns/<uuid:return_id>/settle/", views.settle, name="return_settle"),
    path("returns/<uuid:return_id>/progress/", views.progress, name="return_progress"),
    path("refunds/<uuid:refund_id>/retry/", views.retry, name="refund_retry"),
]
