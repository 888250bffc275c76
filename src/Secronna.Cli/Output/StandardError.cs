namespace Secronna.Cli.Output;

/// <summary>Standard error: everything that a person should read and that is not the command's result.</summary>
internal static class StandardError
{
    /// <summary>Writes a note. Characters that could control the terminal are replaced.</summary>
    public static void WriteNote(string text) => Console.Error.WriteLine(Printer.PlainLines(text));
}
