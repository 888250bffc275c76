using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Faults;

/// <summary>
/// A disk that fails on demand: a library that is loaded before the system's own fails the server's writes or fsyncs of its database
/// files.
/// </summary>
internal sealed class FaultyDisk : IDisposable
{
    public const string FsyncFails = "fsync-fails";
    public const string DiskFull = "disk-full";

    private readonly TemporaryFolder folder = new();

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

    /// <summary>Lets processes of an installation that start from now on use this disk.</summary>
    /// <param name="installation">The installation.</param>
    /// <param name="file">Part of the path of the files that fail; <c>null</c> means the database's files.</param>
    public void UseFor(TestInstallation installation, string? file = null)
    {
        if (file is not null)
        {
            installation.Environment["TEST_FAULTS_FILE"] = file;
        }

        installation.Environment["LD_PRELOAD"] = Library;
        installation.Environment["TEST_FAULTS"] = folder.Path;
    }

    /// <summary>Switches a fault on.</summary>
    public void Break(string fault) => File.WriteAllBytes(folder[fault], []);

    /// <summary>Switches a fault off.</summary>
    public void Mend(string fault) => File.Delete(folder[fault]);

    public void Dispose() => folder.Dispose();
}
