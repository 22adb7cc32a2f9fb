namespace CheckpointOperator.Core.Benchmark;

/// <summary>Where one run happens.</summary>
/// <param name="Inputs">What all runs read.</param>
/// <param name="Output">A folder of its own, fresh.</param>
/// <param name="Log">A folder for what it prints.</param>
internal sealed record RunFolder(string Inputs, string Output, string Log)
{
    internal string StandardOutput => Path.Combine(Log, "stdout");

    internal string StandardError => Path.Combine(Log, "stderr");

    internal string Input(string name) => Path.Combine(Inputs, name);

    internal string File(string name) => Path.Combine(Output, name);

    internal string Printed => System.IO.File.ReadAllText(StandardOutput);
}
