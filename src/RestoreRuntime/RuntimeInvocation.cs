namespace CheckpointOperator.RestoreRuntime;

/// <summary>A command line of an OCI runtime (runc, crun), taken apart as far as the wrapper has to understand it.</summary>
internal sealed class RuntimeInvocation
{
    // Global options whose value may be the next argument. Both runc (Go's flag package) and crun (argp) also take "--name=value".
    private static readonly string[] GlobalsWithValue = ["root", "log", "log-format", "log-level", "criu", "rootless", "cgroup-manager"];

    // The options of `create` that have a value, and those of all of them that `restore` knows too. Other commands that are read here have none.
    private static readonly string[] CreateWithValue = ["bundle", "b", "config", "f", "console-socket", "pid-file", "preserve-fds", "pidfd-socket"];
    private static readonly string[] SharedWithRestore = ["bundle", "b", "console-socket", "pid-file", "no-pivot"];

    private readonly List<Option> _globals = [];
    private readonly List<Option> _options = [];

    private RuntimeInvocation(Argument[] arguments) => Arguments = arguments;

    /// <summary>The whole command line, without the program's name.</summary>
    public Argument[] Arguments { get; }

    /// <summary>The command, or null where there is none ("--version").</summary>
    public string? Command { get; private set; }

    /// <summary>The container's id of `create`, `start` and `delete`, or null.</summary>
    public Argument? Id { get; private set; }

    /// <summary>The global options as they were given.</summary>
    public IEnumerable<Argument> Globals => _globals.SelectMany(option => option.Arguments);

    /// <summary>The options of `create` that the runtime's `restore` has too, as they were given.</summary>
    public IEnumerable<Argument> OptionsForRestore(string runtime) => _options
        // crun's restore leaves the root to CRIU and knows no --no-pivot.
        .Where(option => SharedWithRestore.Contains(option.Name) && !(option.Name == "no-pivot" && Path.GetFileName(runtime).StartsWith("crun", StringComparison.Ordinal)))
        .SelectMany(option => option.Arguments);

    /// <summary>--root, or null.</summary>
    public string? Root => Last(_globals, "root");

    /// <summary>The folder of the containers' states: --root, else the runtime's own, which has its name.</summary>
    public string StateFolder(string runtime) => Root ?? $"/run/{Path.GetFileName(runtime)}";

    /// <summary>--log, or null.</summary>
    public string? Log => Last(_globals, "log");

    /// <summary>Whether the log is asked for as JSON.</summary>
    public bool LogsJson => Last(_globals, "log-format") == "json";

    /// <summary>`create`'s --bundle; the working folder where it is left out, as in runc.</summary>
    public string Bundle => Path.GetFullPath(Last(_options, "bundle") ?? Last(_options, "b") ?? ".");

    /// <summary>Takes a command line apart.</summary>
    public static RuntimeInvocation Parse(Argument[] arguments)
    {
        var invocation = new RuntimeInvocation(arguments);
        var position = ReadOptions(arguments, 0, GlobalsWithValue, invocation._globals);
        if (position == arguments.Length)
        {
            return invocation;
        }

        invocation.Command = arguments[position].Text;
        string[] withValue = invocation.Command == "create" ? CreateWithValue : [];
        position = ReadOptions(arguments, position + 1, withValue, invocation._options);
        if (position < arguments.Length)
        {
            // The id is the first argument that is no option; crun takes options after it too.
            invocation.Id = arguments[position];
            ReadOptions(arguments, position + 1, withValue, invocation._options);
        }

        return invocation;
    }

    private static int ReadOptions(Argument[] arguments, int position, string[] withValue, List<Option> options)
    {
        while (position < arguments.Length && arguments[position].Text is ['-', _, ..] text)
        {
            if (text == "--")
            {
                return position + 1;
            }

            var body = text.TrimStart('-');
            var equals = body.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? body : body[..equals];
            if (equals < 0 && withValue.Contains(name) && position + 1 < arguments.Length)
            {
                options.Add(new Option(name, arguments[position + 1].Text, [arguments[position], arguments[position + 1]]));
                position += 2;
            }
            else
            {
                options.Add(new Option(name, equals < 0 ? null : body[(equals + 1)..], [arguments[position]]));
                position++;
            }
        }

        return position;
    }

    private static string? Last(List<Option> options, string name) => options.FindLast(option => option.Name == name)?.Value;

    private sealed record Option(string Name, string? Value, Argument[] Arguments);
}
