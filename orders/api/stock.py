"""The API's doors to stock: count it, and read what is available where."""

from django.db import transaction
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from orders import catalogue, stock
from orders.api.asked import valid
from orders.models import Stock
from orders.serializers.stock import InStore, StockCounts, WhichArticles
from stores.http import key_of


class StockOfArticles(APIView):
    scope = "stock"

    @extend_schema(operation_id="stock", parameters=[WhichArticles], responses=InStore(many=True))
    def get(self, request: Request) -> Response:
        """Read how many of the articles are in each open store that counts them."""
        asked = valid(WhichArticles(data=request.query_params))
        rows = Stock.objects.filter(product__sku__in=asked["sku"], store__is_active=True)
        rows = rows.select_related("product", "store").order_by("product__sku", "store__code")
        return Response(InStore(rows, many=True).data)

    @extend_schema(operation_id="count_stock", request=StockCounts, responses=InStore(many=True))
    def put(self, request: Request) -> Response:
        """Say what was found in the key's store; articles counted once are counted from then on."""
        given = valid(StockCounts(data=request.data))
        key, store = key_of(request), key_of(request).store
        found = {line["sku"]: line["on_hand"] for line in given["lines"]}
        products = catalogue.by_sku(found)
        with transaction.atomic():
            # In the order of their ids, as every other verb locks them.
            for product in sorted(products.values(), key=lambda product: product.pk):
                stock.count(
                    product=product,
                    store=store,
                    on_hand=found[product.sku],
                    reference=given["key"],
                    note=given["note"],
                    event_key=f"count:{key.pk}:{given['key']}:{product.pk}",
                    at=now(),
                )
        rows = Stock.objects.filter(store=store, product__in=products.values())
        rows = rows.select_related("product", "store").order_by("product__sku")
        return Response(InStore(rows, many=True).data)
