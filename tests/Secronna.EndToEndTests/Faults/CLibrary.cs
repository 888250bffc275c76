using System.Diagnostics;

namespace Secronna.EndToEndTests.Faults;

/// <summary>Compiles a small C library that the tests load before the system's own (<c>LD_PRELOAD</c>).</summary>
internal static class CLibrary
{
    public static async Task CompileAsync(string source, string library)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Faults", source);
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-O1", "-o", library, path, "-ldl"]);
        await compiler.WaitForExitAsync();
        Assert.Equal(0, compiler.ExitCode);
    }
}
