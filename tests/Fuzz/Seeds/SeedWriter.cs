using System.Text;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>Writes the seeds of the corpus. Files of other names, which were found, stay as they are.</summary>
internal static class SeedWriter
{
    internal static int WriteAll(string folder)
    {
        var seeds = TarSeeds.Create()
            .Concat(ProgramSeeds.Create())
            .Concat(CheckpointSeeds.Create())
            .Concat(JsonSeeds.Create().Select(static seed => (seed.Name, Encoding.UTF8.GetBytes(seed.Json))))
            .Concat(CriuSeeds.Create())
            .Concat(ImageSeeds.Create());
        var (count, bytes) = (0, 0L);
        foreach (var (name, content) in seeds)
        {
            var file = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, content);
            count++;
            bytes += content.Length;
        }

        Console.WriteLine($"{count} seeds, {bytes} bytes");
        return 0;
    }
}
