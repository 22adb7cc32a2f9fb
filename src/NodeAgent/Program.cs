using System.CommandLine;

using CheckpointOperator.NodeAgent.Launch;

var root = new RootCommand("Checkpoints and restores containers on this node.") { LaunchCommand.Create() };
return root.Parse(args).Invoke();
