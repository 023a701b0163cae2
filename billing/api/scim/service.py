"""The protocol as scim2-server has it, with two habits of our own."""

import logging
from typing import Any

from scim2_models import Context, Resource, ResponseParameters, SCIMException
from scim2_server.responses import ScimResponse
from scim2_server.service import ScimService

from billing.api.scim.resources import PROVIDER, User

logger = logging.getLogger(__name__)


class DirectoryService(ScimService):
    def patch_response(
        self,
        base_url: str,
        resource: Resource[Any],
        response_parameters: ResponseParameters[Any],
    ) -> ScimResponse:
        """A changed person is sent back, as Okta expects; a changed group, perhaps long, is not."""
        if isinstance(resource, User):
            return self.resource_response(
                self.publish(base_url, resource),
                Context.RESOURCE_REPLACEMENT_RESPONSE,
                response_parameters,
            )
        return super().patch_response(base_url, resource, response_parameters)

    def bulk_failure(self, outcome: dict[str, Any], exception: Exception) -> dict[str, Any]:
        """A bug in one operation of many is answered 500 there; the log must have it."""
        if not isinstance(exception, SCIMException):
            logger.error("An operation of a bulk request broke", exc_info=exception)
        return super().bulk_failure(outcome, exception)


SERVICE = DirectoryService(PROVIDER)
