using System.Globalization;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What is measured, and where.</summary>
internal sealed class BenchOptions
{
    /// <summary>The administrator's kubeconfig: that of the simulated agents, kubelets and users.</summary>
    public string Kubeconfig { get; private set; } = string.Empty;

    /// <summary>The kubeconfig of the operator's own account.</summary>
    public string OperatorKubeconfig { get; private set; } = string.Empty;

    /// <summary>The operator's program.</summary>
    public string Operator { get; private set; } = string.Empty;

    /// <summary>The API server's audit log.</summary>
    public string AuditLog { get; private set; } = string.Empty;

    /// <summary>The server's processes by name, whose time is counted.</summary>
    public Dictionary<string, int> ServerProcesses { get; } = [];

    /// <summary>Where all figures go, as JSON; null for nowhere.</summary>
    public string? Json { get; private set; }

    /// <summary>How many nodes.</summary>
    public int Nodes { get; private set; } = 1000;

    /// <summary>How many checkpoints, each of a Pod of its own.</summary>
    public int Checkpoints { get; private set; } = 10_000;

    /// <summary>How many of them are restored.</summary>
    public int Restores { get; private set; } = 2000;

    /// <summary>How many checkpoints are created in a second.</summary>
    public int Rate { get; private set; } = 100;

    /// <summary>How many restores are created in a second.</summary>
    public int RestoreRate { get; private set; } = 40;

    /// <summary>For how many seconds the idle operator is watched.</summary>
    public int Idle { get; private set; } = 60;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">It has what is not known, or lacks what is needed.</exception>
    public static BenchOptions Parse(string[] args)
    {
        BenchOptions options = new();
        for (int at = 0; at + 1 < args.Length; at += 2)
            options.Set(args[at], args[at + 1]);
        if (args.Length % 2 != 0)
            throw new ArgumentException($"{args[^1]} has no value.");
        foreach ((string name, string value) in new[] { ("--kubeconfig", options.Kubeconfig), ("--operator-kubeconfig", options.OperatorKubeconfig), ("--operator", options.Operator), ("--audit-log", options.AuditLog) })
        {
            if (!File.Exists(value))
                throw new ArgumentException($"{name} must name a file, and is \"{value}\". bench/ControlPlane/run gives all of them.");
        }
        if (options.Restores > options.Checkpoints)
            throw new ArgumentException("There cannot be more restores than checkpoints.");
        return options;
    }

    private void Set(string name, string value)
    {
        switch (name)
        {
            case "--kubeconfig": Kubeconfig = value; break;
            case "--operator-kubeconfig": OperatorKubeconfig = value; break;
            case "--operator": Operator = value; break;
            case "--audit-log": AuditLog = value; break;
            case "--server-process" when value.Split('=') is [{ } process, { } id]: ServerProcesses[process] = Number(name, id); break;
            case "--json": Json = value; break;
            case "--nodes": Nodes = Number(name, value); break;
            case "--checkpoints": Checkpoints = Number(name, value); break;
            case "--restores": Restores = Number(name, value); break;
            case "--rate": Rate = Number(name, value); break;
            case "--restore-rate": RestoreRate = Number(name, value); break;
            case "--idle": Idle = Number(name, value); break;
            default: throw new ArgumentException($"{name} {value} is not known; see bench/ControlPlane/run.");
        }
    }

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw new ArgumentException($"{name} must be a number above 0, and is {value}.");
}
