from django.urls import path

from orders.views import decisions, hooks, money, returns, reviews, slips, starts, unproven

app_name = "orders"
urlpatterns = [
    path("orders/<uuid:order_id>/return/", returns.start, name="return_start"),
    path("returns/<uuid:return_id>/", returns.show, name="return"),
    path("returns/<uuid:return_id>/rest/", returns.rest, name="return_rest"),
    path("returns/<uuid:return_id>/choices/", returns.choose, name="return_choose"),
    path("returns/<uuid:return_id>/orders/<uuid:order_id>/", starts.join, name="return_join"),
    path("slips/<uuid:slip_id>/return/", starts.gift, name="gift_start"),
    path("customers/<uuid:customer_id>/unproven/", unproven.start, name="unproven_start"),
    path("returns/<uuid:return_id>/unproven/", unproven.choose, name="unproven_choose"),
    path("returns/<uuid:return_id>/unproven/add/", unproven.add, name="unproven_add"),
    path("returns/<uuid:return_id>/unproven/settle/", unproven.settle, name="unproven_settle"),
    path("returns/<uuid:return_id>/settle/", returns.settle, name="return_settle"),
    path("returns/<uuid:return_id>/progress/", returns.progress, name="return_progress"),
    path("returns/<uuid:return_id>/means/", money.means, name="return_means"),
    path("refunds/<uuid:refund_id>/other/", money.other, name="refund_other"),
    path("refunds/<uuid:refund_id>/code/", money.code, name="refund_code"),
    path("returns/waiting/", reviews.waiting, name="reviews"),
    path("returns/waiting/count/", reviews.count, name="reviews_count"),
    path("returns/<uuid:return_id>/ask/", reviews.ask, name="return_ask"),
    path("returns/<uuid:return_id>/ask/again/", reviews.again, name="ask_again"),
    path("returns/<uuid:return_id>/ask/withdraw/", reviews.withdraw, name="withdraw"),
    path("returns/<uuid:return_id>/ask/state/", reviews.state, name="review_state"),
    path("returns/<uuid:return_id>/approvers/", reviews.choose, name="approvers"),
    path("returns/<uuid:return_id>/approvers/<int:clerk_id>/", reviews.approve, name="approve"),
    path("reviews/", decisions.index, name="decisions"),
    path("reviews/<uuid:return_id>/", decisions.show, name="decision"),
    path("reviews/<uuid:return_id>/decide/", decisions.decide, name="decide"),
    path("hooks/processors/<int:processor_id>/", hooks.processor, name="processor_hook"),
    path("refunds/<uuid:refund_id>/retry/", returns.retry, name="refund_retry"),
    path("returns/<uuid:return_id>/slip/", slips.of_return, name="return_slip"),
    path("orders/<uuid:order_id>/gift/", slips.of_order, name="gift_slip"),
    path("slips/<uuid:slip_id>/", slips.show, name="slip"),
    path("slips/<uuid:slip_id>/<str:size>.pdf", slips.pdf, name="slip_pdf"),
]
