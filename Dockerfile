# The package with what its commands read and write; docs/container.md has the two commands that build and run it.
FROM python:3.13 AS build
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY ehcp_flow ehcp_flow
COPY ehcp_flow_pytest ehcp_flow_pytest
ENV EHCP_FLOW_BUILD_KERNEL=must
RUN python -m pip wheel --no-cache-dir --wheel-dir /wheels ".[postgres,reports,sen2,sheets]"

FROM python:3.13-slim
# From the wheels alone: nothing is fetched, and no compiler comes along.
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    python -m pip install --no-cache-dir --no-index --find-links=/wheels "ehcp-flow[postgres,reports,sen2,sheets]" \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin ehcp
USER 10001:10001
# Nothing is written but where a command is told to: the root may be read-only.
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /data
HEALTHCHECK --interval=60s --timeout=20s --start-period=10s CMD ["ehcp-flow", "version"]
ENTRYPOINT ["ehcp-flow"]
CMD ["--help"]
