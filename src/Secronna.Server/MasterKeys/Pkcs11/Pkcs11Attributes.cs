using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.LowLevelAPI80;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Pkcs11;

/// <summary>A template of attributes, by which objects are searched or created. Nothing in it is secret.</summary>
internal sealed class Pkcs11Attributes : IDisposable
{
    private readonly CK_ATTRIBUTE[] attributes;

    private Pkcs11Attributes(params CK_ATTRIBUTE[] attributes) => this.attributes = attributes;

    public CK_ATTRIBUTE[] All => attributes;

    public ulong Count => (ulong)attributes.Length;

    /// <summary>
    /// Matches the AES keys that are stored in the token. With an id, it matches only keys whose label is the id.
    /// </summary>
    public static Pkcs11Attributes ForSearch(string? id)
    {
        CK_ATTRIBUTE[] label = id is null ? [] : [CkaUtils.CreateAttribute(CKA.CKA_LABEL, id)];
        return new(
        [
            CkaUtils.CreateAttribute(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY),
            CkaUtils.CreateAttribute(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
            CkaUtils.CreateAttribute(CKA.CKA_TOKEN, true),
            .. label,
        ]);
    }

    /// <summary>A new AES-256 key that never leaves the token and can only encrypt and decrypt.</summary>
    public static Pkcs11Attributes ForNewKey(string id) => new(
        CkaUtils.CreateAttribute(CKA.CKA_CLASS, CKO.CKO_SECRET_KEY),
        CkaUtils.CreateAttribute(CKA.CKA_KEY_TYPE, CKK.CKK_AES),
        CkaUtils.CreateAttribute(CKA.CKA_VALUE_LEN, (ulong)Aes256Gcm.KeySize),
        CkaUtils.CreateAttribute(CKA.CKA_LABEL, id),
        CkaUtils.CreateAttribute(CKA.CKA_TOKEN, true),
        CkaUtils.CreateAttribute(CKA.CKA_PRIVATE, true),
        CkaUtils.CreateAttribute(CKA.CKA_SENSITIVE, true),
        CkaUtils.CreateAttribute(CKA.CKA_EXTRACTABLE, false),
        CkaUtils.CreateAttribute(CKA.CKA_ENCRYPT, true),
        CkaUtils.CreateAttribute(CKA.CKA_DECRYPT, true),
        CkaUtils.CreateAttribute(CKA.CKA_WRAP, false),
        CkaUtils.CreateAttribute(CKA.CKA_UNWRAP, false));

    public void Dispose()
    {
        for (var i = 0; i < attributes.Length; i++)
        {
            UnmanagedMemory.Free(ref attributes[i].value);
        }
    }
}
