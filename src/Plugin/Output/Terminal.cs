namespace CheckpointOperator.Plugin.Output;

/// <summary>What may be written to the terminal, if there is one. Colours and bars are for people: never into a pipe, a file, or where NO_COLOR (no-color.org) or TERM=dumb says so.</summary>
internal static class Terminal
{
    private static readonly bool IsDumb = Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";

    /// <summary>Whether standard output takes colours.</summary>
    public static bool HasColors { get; } = !Console.IsOutputRedirected && !IsDumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Whether a line on standard error may be drawn again and again.</summary>
    public static bool HasProgress { get; } = !Console.IsErrorRedirected && !IsDumb;

    /// <summary>Columns of the terminal.</summary>
    public static int Width => Console.WindowWidth is > 0 and var width ? width : 80;

    /// <summary>A word that says how something stands, in green, yellow or red where it is one of ours.</summary>
    /// <param name="text">What is written, with its padding.</param>
    /// <param name="word">The word.</param>
    public static string Colored(string text, string word) => !HasColors ? text : word switch
    {
        "Ready" or "True" or "Restored" => $"\e[32m{text}\e[0m",
        "Pending" or "Running" or "Unknown" => $"\e[33m{text}\e[0m",
        "Failed" or "False" => $"\e[31m{text}\e[0m",
        _ => text,
    };

    /// <summary>A heading.</summary>
    public static string Bold(string text) => HasColors ? $"\e[1m{text}\e[0m" : text;
}
