using System.CommandLine;

using CheckpointOperator.NodeAgent.Hosting;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.RuntimeHandler;

var root = new RootCommand("Checkpoints and restores containers on this node.") { RunCommand.Create(), LaunchCommand.Create() };
foreach (Command command in RuntimeHandlerCommands.Create())
    root.Add(command);
return root.Parse(args).Invoke();
