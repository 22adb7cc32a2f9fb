using CheckpointOperator.Plugin.CommandLine;

return await PluginCommandLine.InvokeAsync(PluginCommandLine.Create(), args);
