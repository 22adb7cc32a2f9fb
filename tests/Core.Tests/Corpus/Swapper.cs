using System.Diagnostics;
using System.Globalization;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>
/// A process that exchanges folders of a root for links that lead out (RENAME_EXCHANGE), without pause. Inside the root stand folders where the
/// links lead when they are resolved in the root: what lands there met a link.
/// </summary>
internal sealed class Swapper : IDisposable
{
    /// <summary>The folders that are exchanged.</summary>
    internal static readonly string[] Victims = ["d0", "d1", "d2/inner", "d3", "d4/inner"];

    private readonly Process _process;
    private readonly Scene _scene;

    internal Swapper(Scene scene, string program)
    {
        _scene = scene;
        MakeLandings();
        string[] targets = [scene.Outside, "../outside", "../../outside", "/proc/self/root" + scene.Outside, "../../../../../../.." + scene.Outside];
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(scene.On("root"));
        for (var i = 0; i < Victims.Length; i++)
        {
            start.ArgumentList.Add(Victims[i]);
            start.ArgumentList.Add($"traps/t{i}");
            start.ArgumentList.Add(targets[i]);
        }

        _process = Process.Start(start)!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    /// <summary>Compiles the program.</summary>
    internal static string Compile(Support.TemporaryFolder folder)
    {
        using var source = typeof(Swapper).Assembly.GetManifestResourceStream("swapper.c")!;
        using var reader = new StreamReader(source);
        folder.Write("swapper.c", reader.ReadToEnd());
        folder.Shell("gcc -O2 -o swapper swapper.c");
        return folder["swapper"];
    }

    /// <summary>Whether something was written or removed where only a link leads; all is as before then.</summary>
    internal bool HasLanded()
    {
        var landed = false;
        foreach (var landing in Landings())
        {
            // These folders are not exchanged, so the test may go by their path.
            string[] names = Directory.Exists(landing) ? Directory.GetFileSystemEntries(landing) : [];
            if (names.Select(Path.GetFileName).Order(StringComparer.Ordinal).SequenceEqual(["folder", "secret"]) && File.Exists(Path.Combine(landing, "folder/inner")))
                continue;
            landed = true;
            if (Directory.Exists(landing))
                Directory.Delete(landing, recursive: true);
        }

        if (landed)
            MakeLandings();
        return landed;
    }

    /// <summary>Ends it.</summary>
    /// <returns>How often it exchanged a folder for a link or back.</returns>
    internal long Stop()
    {
        _process.StandardInput.Close();
        var swaps = long.Parse(_process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture);
        _process.WaitForExit();
        Assert.Equal(0, _process.ExitCode);
        return swaps;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private IEnumerable<string> Landings() => [_scene.Inside("outside"), _scene.Inside(_scene.Outside[1..])];

    private void MakeLandings()
    {
        foreach (var landing in Landings())
        {
            Directory.CreateDirectory(Path.Combine(landing, "folder"));
            File.WriteAllText(Path.Combine(landing, "secret"), "inside");
            File.WriteAllText(Path.Combine(landing, "folder/inner"), "inside");
        }
    }
}
