using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Faults;

/// <summary>
/// A disk that fails on demand: a small library, compiled here and loaded before the system's own, between the server
/// and the files of its database.
/// </summary>
internal sealed class FaultyDisk : IDisposable
{
    public const string FsyncFails = "fsync-fails";
    public const string DiskFull = "disk-full";

    private readonly TempFolder folder = new();

    private FaultyDisk()
    {
    }

    public static async Task<FaultyDisk> CreateAsync()
    {
        var disk = new FaultyDisk();
        await CLibrary.CompileAsync("faults.c", disk.Library);
        return disk;
    }

    private string Library => folder["faults.so"];

    /// <param name="installation">The installation.</param>
    /// <param name="file">Part of the path of files that are on the disk; those of the database if not given.</param>
    public void UseFor(TestInstallation installation, string? file = null)
    {
        if (file is not null)
        {
            installation.Environment["TEST_FAULTS_FILE"] = file;
        }

        installation.Environment["LD_PRELOAD"] = Library;
        installation.Environment["TEST_FAULTS"] = folder.Path;
    }

    public void Break(string how) => File.WriteAllBytes(folder[how], []);

    public void Mend(string how) => File.Delete(folder[how]);

    public void Dispose() => folder.Dispose();
}
