"""Webhooks: ask to be told of changes, and see what became of every message."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from apiflask import APIBlueprint
from flask import Response, jsonify, url_for

from forms_service.web.api import office_shapes, presented
from forms_service.web.api.doors import allows, the_actor
from forms_service.web.api.dossiers import seen
from forms_service.web.security import services

routes = APIBlueprint("webhooks", __name__)


@routes.get("/webhooks")
@allows("webhooks")
@routes.output(office_shapes.WebhookList)
def list_webhooks() -> dict[str, Any]:
    """List the addresses that are told; stopped ones last."""
    return {"items": services().webhooks(the_actor())}


@routes.post("/webhooks")
@allows("webhooks")
@routes.input(office_shapes.WebhookIn)
@routes.output(office_shapes.NewWebhook, status_code=201)
def add_webhook(json_data: office_shapes.WebhookIn) -> Response:
    """Tell an address of changes.  The secret that signs the messages is shown this once."""
    view, secret = services().add_webhook(the_actor(), json_data.url, list(json_data.events))
    new = office_shapes.NewWebhook.model_validate({**asdict(view), "secret": secret})
    answer: Response = jsonify(new.model_dump(mode="json"))
    answer.status_code = 201
    answer.headers["Location"] = url_for("webhooks.show_webhook", webhook_id=view.id)
    return answer


@routes.get("/webhooks/<webhook_id>")
@allows("webhooks")
@routes.output(office_shapes.Webhook)
def show_webhook(webhook_id: str) -> Any:
    """Show one address."""
    return services().webhook(the_actor(), webhook_id)


@routes.delete("/webhooks/<webhook_id>")
@allows("webhooks")
@routes.output({}, status_code=204)
def stop_webhook(webhook_id: str) -> tuple[str, int]:
    """Tell an address no more; what still waits for it is not sent."""
    services().stop_webhook(the_actor(), webhook_id)
    return "", 204


@routes.get("/webhooks/<webhook_id>/deliveries")
@allows("webhooks")
@routes.input(office_shapes.DeliveriesAsked, location="query")
@routes.output(office_shapes.DeliveryPage)
def list_deliveries(webhook_id: str, query_data: office_shapes.DeliveriesAsked) -> dict[str, Any]:
    """List the messages to an address, the latest first."""
    services().webhook(the_actor(), webhook_id)
    limit = query_data.limit
    found = services().deliveries(the_actor(), webhook_id, query_data.state, seen(query_data), limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    return {"items": found[:limit], "next": presented.cursor(last.made_at, last.id) if last else None}


@routes.post("/webhooks/deliveries/<delivery_id>/retry")
@allows("webhooks")
@routes.output(office_shapes.Delivery)
def send_again(delivery_id: str) -> Any:
    """Try a message once more that was given up."""
    return services().send_again(the_actor(), delivery_id)
