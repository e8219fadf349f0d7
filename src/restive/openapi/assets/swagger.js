// Starts Swagger UI; an inline script would need a weaker Content-Security-Policy.
"use strict";

window.ui = SwaggerUIBundle({
  url: document.body.dataset.openapi,
  dom_id: "#swagger",
  deepLinking: true,
  validatorUrl: null, // nothing is sent to anybody
});
