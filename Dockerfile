# One image for both halves: the job is its entry point, the controller is `node cmd/controller/main.ts`.
ARG BASE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${BASE}
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules node_modules
COPY package.json LICENSE ./
COPY cmd cmd
COPY src src
USER 10001:10001
ENTRYPOINT ["node", "cmd/backup-job/main.ts"]
CMD ["run"]
