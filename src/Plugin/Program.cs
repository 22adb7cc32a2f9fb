using CheckpointOperator.Plugin.CommandLine;

// .NET's own writers would put a terminal into the mode for reading keys, which nothing here does.
Console.SetOut(new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true });
Console.SetError(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
return await PluginCommandLine.InvokeAsync(PluginCommandLine.Create(), args);
