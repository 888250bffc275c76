using Secronna.Cli.Errors;

namespace Secronna.Cli.Files;

/// <summary>A folder of files that only their owner may change, and the lock by which processes change them one at a time.</summary>
/// <param name="path">The folder.</param>
/// <param name="lockName">The name of the lock's file.</param>
/// <param name="longestWait">How long to wait for another process that holds the lock.</param>
internal sealed class PrivateFolder(string path, string lockName, TimeSpan longestWait)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    // By default the pattern "session.json.*" would match session.json itself, as it does on Windows.
    private static readonly EnumerationOptions WholePattern = new() { MatchType = MatchType.Simple, AttributesToSkip = FileAttributes.None };

    private string LockPath => Path.Combine(path, lockName);

    /// <summary>Creates the folder with mode 0700, unless it exists.</summary>
    /// <exception cref="CliException">Other users can write to the folder.</exception>
    public void Create()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, PrivateFile.Mode | UnixFileMode.UserExecute);
            RequireNoOtherWriters();
        }
    }

    /// <summary>Requires that no other user can write to the folder, because such a user could replace the files.</summary>
    /// <exception cref="CliException">Other users can write to the folder.</exception>
    public void RequireNoOtherWriters()
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != 0)
        {
            throw new CliException($"other users can write to {path}: run chmod 700 on it, and make sure that its files are your own");
        }
    }

    /// <summary>Takes the lock; it is released when the result is disposed.</summary>
    /// <exception cref="CliException">Another process has held the lock for too long.</exception>
    public async Task<IDisposable> LockAsync(TimeProvider time, CancellationToken cancellation)
    {
        Create();
        var end = time.GetUtcNow() + longestWait;
        while (true)
        {
            try
            {
                // The system releases the lock when the process ends in any way. The file stays, because waiting processes have it open.
                return new FileStream(LockPath, PrivateFile.Options(FileMode.OpenOrCreate, FileAccess.ReadWrite));
            }
            catch (IOException) when (File.Exists(LockPath))
            {
                if (time.GetUtcNow() > end)
                {
                    throw new CliException($"another process keeps {LockPath} locked: end that process and try again");
                }

                await Task.Delay(BetweenTries, time, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Deletes the temporary files of processes that were killed while they wrote <paramref name="file"/>.</summary>
    public void DeleteLeftovers(string file)
    {
        if (!Directory.Exists(path))
        {
            return;
        }

        foreach (var leftover in Directory.EnumerateFiles(path, Path.GetFileName(file) + ".*", WholePattern))
        {
            File.Delete(leftover);
        }
    }
}
