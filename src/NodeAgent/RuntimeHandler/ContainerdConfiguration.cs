namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>containerd's configuration as `containerd config dump` prints it: complete, defaults and imports merged in.</summary>
internal sealed class ContainerdConfiguration
{
    private readonly TomlTable _table;

    private ContainerdConfiguration(TomlTable table) => _table = table;

    /// <summary>The configuration's version: 2 (containerd 1.x), 3 or later (2.x).</summary>
    public long Version => _table.Number("version") ?? 0;

    /// <summary>containerd's socket.</summary>
    public string Address => _table.Table("grpc")?.Text("address") ?? "/run/containerd/containerd.sock";

    /// <summary>The folder of what runs now.</summary>
    public string State => _table.Text("state") ?? "/run/containerd";

    /// <summary>The files and patterns of files that are merged in.</summary>
    public IEnumerable<string> Imports => _table.Texts("imports");

    /// <summary>Reads a dump.</summary>
    public static ContainerdConfiguration Parse(string dump) => new(TomlTable.Parse(dump));

    /// <summary>The name of the plugin that has the runtime handlers, in a file of some version.</summary>
    /// <exception cref="RuntimeHandlerException">The version is too old.</exception>
    public static string RuntimePlugin(long version) => version switch
    {
        >= 3 => "io.containerd.cri.v1.runtime",
        2 => "io.containerd.grpc.v1.cri",
        _ => throw new RuntimeHandlerException(
            $"containerd's configuration has version {version}, whose form ended with containerd 1.x: rewrite it as version 2 or 3 " +
            "(`containerd config migrate`, or `containerd config default` and your changes)"),
    };

    /// <summary>The handlers' names and settings.</summary>
    public IEnumerable<(string Name, TomlTable Table)> All =>
        (Handlers?.Values ?? []).Where(pair => pair.Value is TomlTable).Select(pair => (pair.Key, (TomlTable)pair.Value));

    /// <summary>A handler's settings, or null.</summary>
    public TomlTable? Handler(string name) => Handlers?.Table(name);

    /// <summary>The handler that our own is made after: the default one, else runc or crun.</summary>
    /// <exception cref="RuntimeHandlerException">None of them is an OCI runtime that can restore.</exception>
    public TomlTable Model()
    {
        string?[] names = [Containerd?.Text("default_runtime_name"), "runc", "crun"];
        return names.OfType<string>().Select(Handler).FirstOrDefault(handler => handler?.Text("runtime_type") == "io.containerd.runc.v2")
            ?? throw new RuntimeHandlerException(
                "containerd has no runtime handler of type io.containerd.runc.v2 among its default handler, runc and crun: " +
                "a restore needs one that runs runc or crun");
    }

    /// <summary>All of the configuration but one handler, in a form to compare: nothing else may change.</summary>
    public string Without(string handler)
    {
        var rest = new ContainerdConfiguration(_table.Copy());
        rest.Handlers?.Remove(handler);
        // Which files it came from is no setting.
        rest._table.Remove("imports");
        return rest._table.ToString();
    }

    private TomlTable? Containerd => _table.Table("plugins", RuntimePlugin(Version), "containerd");

    private TomlTable? Handlers => Containerd?.Table("runtimes");
}
