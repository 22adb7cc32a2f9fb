-- Health of a CheckpointNode, which its agent writes: Degraded with what the node lacks.
local health = { status = "Progressing", message = "The agent has not told of its node yet." }
local conditions = obj.status and obj.status.conditions
if conditions == nil then
  return health
end
health = { status = "Healthy", message = "The node can checkpoint and restore." }
for _, condition in ipairs(conditions) do
  if (condition.type == "CanCheckpoint" or condition.type == "CanRestore") and condition.status ~= "True" then
    health = { status = "Degraded", message = condition.type .. ": " .. (condition.message or condition.reason) }
    if condition.type == "CanCheckpoint" then
      return health
    end
  end
end
return health
