using System.Diagnostics;

namespace Secronna.EndToEndTests.Faults;

/// <summary>A small file system in memory, mounted on a folder. Only root can mount one, so without root the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string folder;

    private SmallDisk(string folder) => this.folder = folder;

    /// <summary>The bytes that are free.</summary>
    public long FreeBytes => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Mounts a file system of this size on an empty folder.</summary>
    public static SmallDisk MountOn(string folder, int mebibytes)
    {
        Assert.SkipUnless(
            Run("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m,mode=0700", "tmpfs", folder) == 0, "only root can mount a file system");
        return new SmallDisk(folder);
    }

    public void Dispose() => Run("umount", "--lazy", folder);

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
