using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Bytes that are sought in a database's files, with what they are.</summary>
internal sealed class DatabaseFileSearch(TestInstallation installation)
{
    private const int Size = 16;

    private readonly List<(string What, byte[] Bytes)> all = [];

    private IEnumerable<string> Files =>
        Directory.GetFiles(installation.DataFolder).Where(file => file.StartsWith(installation.DatabaseFile, StringComparison.Ordinal));

    /// <summary>Adds pieces of stored boxes: past the header, which is no secret, and small enough to stand in one page.</summary>
    public async Task AddAsync(string what, string sqlOfBoxes)
    {
        var boxes = await new InstallationDatabase(installation).RowsAsync(sqlOfBoxes);
        Assert.NotEmpty(boxes);
        foreach (var box in boxes.Select(Convert.FromHexString))
        {
            all.Add((what, box[^Size..]));
            all.Add((what, box.AsSpan(box.Length / 2, Size).ToArray()));
        }
    }

    /// <summary>What is in any of the files, and where.</summary>
    public HashSet<string> Found()
    {
        var files = Files.Select(file => (Name: Path.GetFileName(file), Bytes: Read(file))).ToList();
        return
        [
            .. from needle in all
               from file in files
               let at = file.Bytes.AsSpan().IndexOf(needle.Bytes)
               where at >= 0
               select $"{needle.What} in {file.Name} at {at} of {file.Bytes.Length}",
        ];
    }

    /// <summary>All of them are there: else their absence later would say nothing.</summary>
    public void ExpectAllThere()
    {
        var files = Files.Select(Read).ToList();
        Assert.All(all, needle => Assert.True(files.Exists(file => file.AsSpan().IndexOf(needle.Bytes) >= 0), needle.What));
    }

    public async Task ExpectNoneLeftAsync()
    {
        HashSet<string> found = [];
        try
        {
            await Until.HoldsAsync("nothing is left", () => (found = Found()).Count == 0);
        }
        catch (Xunit.Sdk.FailException)
        {
            Assert.Fail($"left in the files: {string.Join(", ", found)}");
        }
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }
}
