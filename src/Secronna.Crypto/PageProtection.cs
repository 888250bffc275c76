using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Secronna.Crypto;

/// <summary>Asks Linux to keep pages out of swap and core dumps (S26). On other systems it does nothing.</summary>
internal static unsafe partial class PageProtection
{
    private const int DontDump = 16; // MADV_DONTDUMP

    /// <summary>
    /// Protects the page if the system allows it. The system's answer is ignored: a limit on locked memory (RLIMIT_MEMLOCK) must
    /// not keep the server from working.
    /// </summary>
    [ExcludeFromCodeCoverage(Justification = "The operating system decides which branch is taken.")]
    public static void Apply(void* page, nuint size)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        _ = Lock(page, size);
        _ = Advise(page, size, DontDump);
    }

    [LibraryImport("libc", EntryPoint = "mlock")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Lock(void* address, nuint size);

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* address, nuint size, int advice);
}
