"""The API's doors to what a register has to pay."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from omnistore.errors import Refused
from orders import gateways
from orders.api.asked import valid
from orders.checkout import Tendered
from orders.serializers.registers import InstructionAnswer, InstructionRead, SignedInstruction
from stores.http import key_of
from stores.models import Register


class NoRegister(Refused):
    status = 403
    code = "key_without_register"
    words = _("This API key belongs to no register.")


class Instructions(APIView):
    scope = "register"

    @extend_schema(operation_id="instructions", responses=SignedInstruction(many=True))
    def get(self, request: Request) -> Response:
        """Read what the key's register has to pay and has not answered yet."""
        waiting = gateways.waiting_for(_register(request), now=now())
        return Response(SignedInstruction(waiting, many=True).data)


class AnswerInstruction(APIView):
    scope = "register"

    @extend_schema(
        operation_id="answer_instruction", request=InstructionAnswer, responses=InstructionRead
    )
    def post(self, request: Request, instruction_id: int) -> Response:
        """Say that the register paid, or why it did not; saying it twice changes nothing."""
        said = valid(InstructionAnswer(data=request.data))
        said["tenders"] = [Tendered(**tendered) for tendered in said["tenders"]]
        answered = gateways.answer(
            register=_register(request), instruction_id=instruction_id, at=now(), **said
        )
        return Response(InstructionRead(answered).data)


def _register(request: Request) -> Register:
    register = key_of(request).register
    if register is None:
        raise NoRegister()
    return register
