using System.Collections.Concurrent;
using System.Text;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>A token that a library sees: its slot, its label and its flags (<c>CKF_…</c>).</summary>
internal sealed record Pkcs11Slot(ulong Id, string Label, ulong Flags);

/// <summary>
/// A PKCS#11 library (OASIS PKCS #11 v2.40). A process may initialize a library only once, so all providers with the same library
/// share a module. The last provider that releases the module finalizes the library. The library stays loaded: some libraries
/// register handlers for the end of the process, and the code of those handlers must still be loaded then.
/// </summary>
internal sealed class Pkcs11Module
{
    private static readonly ConcurrentDictionary<string, Pkcs11Module> Modules = new(StringComparer.Ordinal);

    private readonly Lock gate = new();
    private int users;
    private bool isInitializedHere;

    private Pkcs11Module(Pkcs11Library native) => Native = native;

    /// <summary>The library's functions, with the integer sizes of a 64-bit Unix.</summary>
    public Pkcs11Library Native { get; }

    /// <summary>
    /// Loads and initializes a library if necessary. Each call must be followed by one call of <see cref="Release"/>.
    /// </summary>
    /// <exception cref="SettingsException">The library can't be loaded, or this system is not supported.</exception>
    /// <exception cref="Pkcs11Exception">The library refuses to be initialized.</exception>
    public static Pkcs11Module Acquire(string path)
    {
        var module = Modules.GetOrAdd(Path.GetFullPath(path), static path => new Pkcs11Module(Pkcs11Loader.Load(path)));
        lock (module.gate)
        {
            if (module.users == 0)
            {
                module.Initialize();
            }

            module.users++;
        }

        return module;
    }

    /// <summary>Ends a use that <see cref="Acquire"/> began.</summary>
    public void Release()
    {
        lock (gate)
        {
            if (--users == 0 && isInitializedHere)
            {
                Native.C_Finalize(IntPtr.Zero);
            }
        }
    }

    /// <summary>The tokens that the library sees now.</summary>
    /// <exception cref="Pkcs11Exception">The library can't list them.</exception>
    public List<Pkcs11Slot> Slots()
    {
        var slots = new List<Pkcs11Slot>();
        foreach (var id in SlotIds())
        {
            var info = default(CK_TOKEN_INFO);
            // A token that was removed since it was listed is left out.
            if (Native.C_GetTokenInfo(id, ref info) == CKR.CKR_OK)
            {
                slots.Add(new Pkcs11Slot(id, Encoding.UTF8.GetString(info.Label).TrimEnd(' ', '\0'), info.Flags));
            }
        }

        return slots;
    }

    /// <exception cref="Pkcs11Exception">The answer isn't <c>CKR_OK</c>.</exception>
    public static void Require(CKR answer, string function)
    {
        if (answer != CKR.CKR_OK)
        {
            throw new Pkcs11Exception(function, answer);
        }
    }

    /// <summary>The failed function and its answer, for messages.</summary>
    public static string Reason(Pkcs11Exception exception) => $"{exception.Method} answers {exception.RV}";

    private void Initialize()
    {
        var answer = Native.C_Initialize(new CK_C_INITIALIZE_ARGS { Flags = CKF.CKF_OS_LOCKING_OK });
        isInitializedHere = answer == CKR.CKR_OK;
        if (answer != CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED)
        {
            Require(answer, nameof(Native.C_Initialize));
        }
    }

    private IEnumerable<ulong> SlotIds()
    {
        while (true)
        {
            var count = 0UL;
            Require(Native.C_GetSlotList(true, null, ref count), nameof(Native.C_GetSlotList));
            var ids = new ulong[count];
            var answer = Native.C_GetSlotList(true, ids, ref count);
            // The list is too short if a token was added after they were counted: count them again.
            if (answer != CKR.CKR_BUFFER_TOO_SMALL)
            {
                Require(answer, nameof(Native.C_GetSlotList));
                return ids.Take((int)count);
            }
        }
    }
}
