# The server and the worker, with the default model: see docs/deploy.md. RUN lines hold no absolute paths, so that
# scripts/try-image.mjs can run them in a folder.
FROM node:20-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN sh deploy/build-image.sh image
RUN mkdir data

FROM node:20-bookworm-slim
WORKDIR /opt/aquatint
ENV NODE_ENV=production
COPY --from=build /src/image .
COPY --from=build --chown=node:node /src/data /data
USER node
VOLUME /data
EXPOSE 7860
HEALTHCHECK --start-period=60s CMD ["node", "deploy/health.mjs"]
ENTRYPOINT ["node", "/opt/aquatint/packages/aquatint/bin/aquatint.mjs"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data"]
