-- Health of a ContainerRestore: what waits or is at work is Progressing, with what it waits for.
local health = { status = "Progressing", message = "The operator has not seen it yet." }
local status = obj.status
if status == nil or status.phase == nil then
  return health
end
health.message = status.message or status.phase
if status.observedGeneration ~= nil and status.observedGeneration ~= obj.metadata.generation then
  health.message = "The operator has not seen this version yet."
  return health
end
if status.phase == "Failed" then
  health.status = "Degraded"
elseif status.phase == "Ready" then
  -- One that was Ready may not be any more, as where a container could not be restored again.
  health.status = "Degraded"
  for _, condition in ipairs(status.conditions or {}) do
    if condition.type == "Ready" and condition.status == "True" then
      health.status = "Healthy"
    end
  end
end
return health
