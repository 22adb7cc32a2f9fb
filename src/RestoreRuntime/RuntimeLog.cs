using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>The runtime's log (--log), of which containerd shows the last error; stderr where none is given, as runc does.</summary>
internal sealed class RuntimeLog(RuntimeInvocation? invocation)
{
    private const int StandardError = 2;

    /// <summary>Appends one error in the format that the log has.</summary>
    public void Error(string message)
    {
        var line = Encoding.UTF8.GetBytes((invocation is { LogsJson: true } ? Json(message) : Text(message)) + '\n');
        using var stream = Open();
        stream.Write(line);
    }

    private FileStream Open()
    {
        try
        {
            if (invocation is { Log: { Length: > 0 } log })
            {
                return new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What cannot be logged there is said where it can.
        }

        return new FileStream(new SafeFileHandle(StandardError, ownsHandle: false), FileAccess.Write, bufferSize: 0);
    }

    private static string Time => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(string message) => $"time=\"{Time}\" level=error msg=\"{JsonEncodedText.Encode(message)}\"";

    private static string Json(string message) => $$"""{"level":"error","msg":"{{JsonEncodedText.Encode(message)}}","time":"{{Time}}"}""";
}
