using CheckpointOperator.Plugin.Api;

namespace CheckpointOperator.Plugin.Waiting;

/// <summary>The options <c>--wait</c> and <c>--wait-timeout</c> of a command that makes an object.</summary>
internal sealed class WaitOptions
{
    private const string Default = "5m";

    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until it is Ready, and fail where it Fails." };
    private readonly Option<string> _timeout = Timeout("--wait-timeout");

    /// <summary>Adds them to a command.</summary>
    public WaitOptions(Command command)
    {
        command.Add(_wait);
        command.Add(_timeout);
    }

    /// <summary>An option for how long is waited.</summary>
    public static Option<string> Timeout(string name)
    {
        Option<string> option = new(name)
        {
            Description = $"For how long is waited, such as 90s or 1h. Defaults to {Default}.",
            HelpName = "DURATION",
            DefaultValueFactory = static _ => Default,
        };
        option.Validators.Add(result =>
        {
            if (!GoDuration.TryParse(result.GetValueOrDefault<string>(), out _))
                result.AddError($"{name} '{result.GetValueOrDefault<string>()}': a duration such as 90s, 5m or 1h is expected");
        });
        return option;
    }

    /// <summary>Reads such an option.</summary>
    public static TimeSpan Read(ParseResult arguments, Option<string> option) =>
        GoDuration.TryParse(arguments.GetValue(option), out TimeSpan time) ? time : throw new InvalidOperationException($"{option.Name} is validated");

    /// <summary>Waits where it is asked for.</summary>
    /// <returns>The object as it is then, or as it was given.</returns>
    public async Task<ApiObject> UntilReadyAsync(ParseResult arguments, Cluster cluster, ApiObject made, CancellationToken cancellationToken) => arguments.GetValue(_wait)
        ? (await new Wait(cluster, Goal.Ready, Read(arguments, _timeout)).UntilAsync(made.Query, cancellationToken))!
        : made;

    /// <summary>Whether it is asked for.</summary>
    public bool IsAskedFor(ParseResult arguments) => arguments.GetValue(_wait);
}
