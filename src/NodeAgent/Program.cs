using CheckpointOperator.NodeAgent.CommandLine;

return AgentCommandLine.Invoke(args);
