from django.urls import path

from orders.views import money, returns, slips, starts

app_name = "orders"
urlpatterns = [
    path("orders/<uuid:order_id>/return/", returns.start, name="return_start"),
    path("returns/<uuid:return_id>/", returns.show, name="return"),
    path("returns/<uuid:return_id>/rest/", returns.rest, name="return_rest"),
    path("returns/<uuid:return_id>/choices/", returns.choose, name="return_choose"),
    path("returns/<uuid:return_id>/orders/<uuid:order_id>/", starts.join, name="return_join"),
    path("returns/<uuid:return_id>/settle/", returns.settle, name="return_settle"),
    path("returns/<uuid:return_id>/progress/", returns.progress, name="return_progress"),
    path("returns/<uuid:return_id>/means/", money.means, name="return_means"),
    path("refunds/<uuid:refund_id>/other/", money.other, name="refund_other"),
    path("refunds/<uuid:refund_id>/code/", money.code, name="refund_code"),
    path("refunds/<uuid:refund_id>/retry/", returns.retry, name="refund_retry"),
    path("returns/<uuid:return_id>/slip/", slips.of_return, name="return_slip"),
    path("orders/<uuid:order_id>/gift/", slips.of_order, name="gift_slip"),
    path("slips/<uuid:slip_id>/", slips.show, name="slip"),
    path("slips/<uuid:slip_id>/<str:size>.pdf", slips.pdf, name="slip_pdf"),
]
