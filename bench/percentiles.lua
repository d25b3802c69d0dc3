-- wrk ... -s percentiles.lua URL -- METHOD: prints one line of figures that a program can read
function init(args)
  wrk.method = args[1]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
