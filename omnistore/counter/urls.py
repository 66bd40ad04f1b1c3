from django.urls import path

from omnistore.counter.views import (
    arrivals,
    customers,
    design,
    identifying,
    installing,
    listening,
    orders,
    scanning,
    signing_up,
)

app_name = "counter"
urlpatterns = [
    path("", identifying.home, name="home"),
    path("design/", design.show, name="design"),
    path("identify/", identifying.identify, name="identify"),
    path("understand/", identifying.understand, name="understand"),
    path("anonymous/", identifying.anonymous, name="anonymous"),
    path("arrivals/", arrivals.waiting, name="arrivals"),
    path("arrivals/<int:check_in_id>/serve/", arrivals.serve, name="serve"),
    path("sign-up/", signing_up.sign_up, name="sign_up"),
    path("sign-up/with/", signing_up.sign_up_with, name="sign_up_with"),
    path("sign-up/again/", signing_up.sign_up_again, name="sign_up_again"),
    path("customers/<uuid:customer_id>/", customers.show, name="customer"),
    path("customers/<uuid:customer_id>/points/", customers.points, name="points"),
    path("customers/<uuid:customer_id>/choose/", identifying.choose, name="choose"),
    path("customers/<uuid:customer_id>/scan/", scanning.at_customer, name="customer_scan"),
    path("orders/<uuid:order_id>/scan/", scanning.at_order, name="order_scan"),
    path("returns/<uuid:return_id>/scan/", scanning.at_return, name="return_scan"),
    path("customers/<uuid:customer_id>/crm/", customers.crm_state, name="crm_state"),
    path("orders/<uuid:order_id>/", orders.show, name="order"),
    path("manifest.<str:language>.webmanifest", installing.manifest, name="manifest"),
    path("service-worker.js", installing.service_worker, name="service_worker"),
    path("offline/", installing.offline, name="offline"),
    path("listen/", listening.ticket, name="listen"),
    path("alive/", installing.alive, name="alive"),
]
