// SPDX-License-Identifier: MIT
// Shows the document on the page that loads this, by what the page has loaded before: Swagger UI
// in #swagger-ui, ReDoc in #redoc. Where the document is stands in the element.
(function () {
  'use strict';

  function absolute(link) {
    return new URL(link, window.location.href).href;
  }

  var swagger = document.getElementById('swagger-ui');
  var redoc = document.getElementById('redoc');

  if (swagger) {
    window.ui = SwaggerUIBundle({
      dom_id: '#swagger-ui',
      url: absolute(swagger.dataset.document),
      oauth2RedirectUrl: absolute(swagger.dataset.redirect),
      layout: 'BaseLayout',
      deepLinking: true,
      showExtensions: true,
      showCommonExtensions: true,
      validatorUrl: null,
      presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset]
    });
  }
  if (redoc)
    Redoc.init(absolute(redoc.dataset.document), {}, redoc);
})();
