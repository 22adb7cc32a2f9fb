using System.CommandLine;
using CheckpointOperator.NodeAgent.CommandLine;
using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.RuntimeHandler;

var root = new RootCommand("Checkpoints and restores containers on this node.") { RunCommand.Create() };
foreach (Command command in RuntimeHandlerCommands.Create().Concat(OfflineCommands.Create()))
    root.Add(command);
return AgentCommandLine.Invoke(root, args);
