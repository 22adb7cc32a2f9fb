using Microsoft.Extensions.Options;

namespace CheckpointOperator.Operator;

/// <summary>Checks the settings on start.</summary>
internal sealed class OperatorOptionsValidator : IValidateOptions<OperatorOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, OperatorOptions options)
    {
        string[] errors =
        [
            .. Between(nameof(options.LeaseDuration), options.LeaseDuration, TimeSpan.FromSeconds(2), TimeSpan.FromHours(1)),
            .. Between(nameof(options.WatchTimeout), options.WatchTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            .. Between(nameof(options.AgentGrace), options.AgentGrace, TimeSpan.Zero, TimeSpan.FromDays(1)),
            .. Between(nameof(options.RecheckPeriod), options.RecheckPeriod, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            .. Between(nameof(options.HealthPort), options.HealthPort, 0, 65535),
            .. Between(nameof(options.MetricsPort), options.MetricsPort ?? 0, 0, 65535),
        ];
        return errors.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    private static IEnumerable<string> Between<T>(string setting, T value, T least, T most)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            yield return $"{OperatorOptions.EnvironmentPrefix}{setting.ToUpperInvariant()} is {value}; set it between {least} and {most}.";
    }
}
